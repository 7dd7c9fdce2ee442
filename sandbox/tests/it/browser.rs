//! Checkout, paid by a real browser. Pictures of the pages are left in the target folder, under `screenshots`.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::response::Html;
use fantoccini::{Client, ClientBuilder, Locator};
use nd8_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::{Caller, LIMIT, Receiver, order, text};

/// Device that the pages are looked at with.
#[derive(Clone, Copy, Debug)]
enum Device {
    Desktop,
    Phone,
}

impl Device {
    fn options(self) -> Value {
        match self {
            Device::Desktop => json!({}),
            Device::Phone => {
                json!({ "mobileEmulation": { "deviceMetrics": { "width": 390, "height": 1100, "pixelRatio": 1.0 } } })
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Device::Desktop => "desktop",
            Device::Phone => "phone",
        }
    }
}

/// A chromedriver, ended with the test.
struct Driver {
    process: Child,
    url: String,
    profile: tempfile::TempDir,
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn found(name: &str) -> bool {
    let asked = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

impl Driver {
    /// Starts one on a free port; nothing where there is no browser.
    async fn start() -> Option<Driver> {
        for name in ["chromium", "chromedriver"] {
            if !found(name) {
                println!("skipped: there is no {name} on this machine");
                return None;
            }
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().unwrap();
        let driver = Driver {
            process,
            url: format!("http://127.0.0.1:{port}"),
            profile: tempfile::tempdir().unwrap(),
        };
        // It reports over HTTP only that it is ready.
        let ready = async {
            while crate::support::http().get(format!("{}/status", driver.url)).send().await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(LIMIT, ready).await.expect("chromedriver starts");
        Some(driver)
    }

    async fn browser(&self, device: Device) -> Client {
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-dev-shm-usage",
            "--window-size=1280,1200",
            &format!("--user-data-dir={}", self.profile.path().display()),
        ];
        let mut options = device.options();
        options["args"] = json!(arguments);
        let capabilities = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        let capabilities = capabilities.as_object().unwrap().clone();
        ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&self.url)
            .await
            .unwrap()
    }
}

/// Takes a picture, and sees to it that nothing sticks out, nor hides behind a bar to scroll sideways.
async fn picture(browser: &Client, device: Device, name: &str) {
    let wide =
        "return [...document.querySelectorAll('html, section')].some(e => e.scrollWidth > e.clientWidth)";
    let wide = browser.execute(wide, Vec::new()).await.unwrap();
    assert_eq!(wide, json!(false), "{name} does not fit a {device:?}");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{name}-{}.png", device.name()));
    std::fs::write(file, browser.screenshot().await.unwrap()).unwrap();
}

async fn choose(browser: &Client, card: &str) {
    let card = format!("input[value={card}]");
    browser.find(Locator::Css(&card)).await.unwrap().click().await.unwrap();
    browser.find(Locator::Id("pay")).await.unwrap().click().await.unwrap();
}

/// Waits for the page with this heading: a click does not wait for where it leads.
async fn shows(browser: &Client, heading: &str) {
    let heading = format!("//h1[text()='{heading}']");
    browser.wait().at_most(LIMIT).for_element(Locator::XPath(&heading)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_is_declined_once_pays_and_is_sent_back() {
    for device in [Device::Desktop, Device::Phone] {
        let Some(driver) = Driver::start().await else { return };
        journey(&driver, device).await;
    }
}

async fn journey(driver: &Driver, device: Device) {
    let shop = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let thanks = format!("http://{}/thanks", shop.local_addr().unwrap());
    let router = axum::Router::new().fallback(async || Html("<h1>Thanks from the shop</h1>"));
    tokio::spawn(async { axum::serve(shop, router).await });

    let receiver = Receiver::responding(200).await;
    let sandbox = Sandbox::builder().webhook_url(&receiver.url).start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let mut request = order();
    request["successUrl"] = json!(thanks);
    request["products"] = json!([
        { "id": nd8_sandbox::SEEDED_PRODUCT, "quantity": 2 },
        { "name": "A mug with a name that is rather long for a phone", "quantity": 1, "unit_price": 7.25 },
    ]);
    let checkout = caller.checkout(&request).await;
    let url = text(&checkout["checkout_url"]);

    let browser = driver.browser(device).await;
    browser.goto(url).await.unwrap();
    shows(&browser, "Checkout").await;
    picture(&browser, device, "1-checkout").await;
    choose(&browser, "insufficient_funds").await;
    shows(&browser, "Declined").await;
    picture(&browser, device, "2-declined").await;
    browser.find(Locator::LinkText("Try again")).await.unwrap().click().await.unwrap();
    let alert = browser.wait().at_most(LIMIT).for_element(Locator::Css("[role=alert]")).await.unwrap();
    assert!(alert.text().await.unwrap().contains("insufficient funds"));
    picture(&browser, device, "3-again").await;
    choose(&browser, "succeeds").await;
    shows(&browser, "Thanks from the shop").await;
    assert_eq!(browser.current_url().await.unwrap().as_str(), thanks);

    let delivery = sandbox.wait_for_delivery_where(LIMIT, |delivery| {
        String::from_utf8_lossy(delivery.payload()).contains(r#""status":"paid""#)
    });
    let payment_id = delivery.await.unwrap().payment_id().to_owned();
    assert_eq!(caller.payment_status(&payment_id).await, "paid");

    browser.goto(url).await.unwrap();
    shows(&browser, "Checkout used").await;
    picture(&browser, device, "4-used").await;
    browser.goto(&format!("{}/pay/nothing", sandbox.origin())).await.unwrap();
    picture(&browser, device, "5-unknown").await;
    let late = caller.checkout(&order()).await;
    sandbox.clock().advance(Duration::from_secs(25 * 60 * 60)).await;
    browser.goto(text(&late["checkout_url"])).await.unwrap();
    shows(&browser, "Checkout expired").await;
    picture(&browser, device, "6-expired").await;
    let kept = caller.checkout(&order()).await;
    browser.goto(text(&kept["checkout_url"])).await.unwrap();
    choose(&browser, "succeeds").await;
    shows(&browser, "Paid").await;
    picture(&browser, device, "7-paid").await;

    browser.goto(sandbox.origin()).await.unwrap();
    picture(&browser, device, "8-dashboard").await;
    // It refreshes itself: what happens now appears without a reload.
    let later = caller.paid(&sandbox, "3.33").await;
    let appears = format!("//td[text()='{later}']");
    browser.wait().at_most(LIMIT).for_element(Locator::XPath(&appears)).await.unwrap();
    let delivery = browser.find(Locator::Css("summary")).await.unwrap();
    delivery.click().await.unwrap();
    let to_the_top = "document.querySelector('details').parentElement.scrollIntoView()";
    browser.execute(to_the_top, Vec::new()).await.unwrap();
    picture(&browser, device, "9-delivery").await;
    browser.close().await.unwrap();
}
